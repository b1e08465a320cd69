using System.Buffers;

namespace TraceDashboard.Core.Text;

/// <summary>Arrays out of the shared pool.</summary>
internal static class PooledBytes
{
    /// <summary>Larger arrays are left to the collector, so that rare large bodies do not stay in the pool for good.</summary>
    public const int Largest = 4 << 20;

    /// <summary>Bytes of larger arrays that are given back before the collector is asked to look: by itself it lets a budget's worth of them lie about.</summary>
    private const long CollectAfter = 64 << 20;

    // Until it has looked, they are there for the next large body.
    private static readonly WeakReference<byte[]>?[] s_large = new WeakReference<byte[]>?[4];
    private static long s_givenBack;
    private static int s_next;

    public static byte[] Rent(int size)
    {
        if (size <= Largest)
            return ArrayPool<byte>.Shared.Rent(size);
        foreach (ref var slot in s_large.AsSpan())
        {
            if (slot is { } known && known.TryGetTarget(out var array) && array.Length >= size && array.Length / 2 <= size && Interlocked.CompareExchange(ref slot, null, known) == known)
                return array;
        }

        return GC.AllocateUninitializedArray<byte>(size);
    }

    /// <summary>Takes back an array of <see cref="Rent"/>.</summary>
    public static void Return(byte[] bytes)
    {
        if (bytes.Length == 0)
            return;
        if (bytes.Length <= Largest)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            return;
        }

        Volatile.Write(ref s_large[(uint)Interlocked.Increment(ref s_next) % s_large.Length], new WeakReference<byte[]>(bytes));
        if (Interlocked.Add(ref s_givenBack, bytes.Length) < CollectAfter)
            return;
        Interlocked.Exchange(ref s_givenBack, 0);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }
}
