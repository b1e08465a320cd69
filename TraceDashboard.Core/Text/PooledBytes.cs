using System.Buffers;

namespace TraceDashboard.Core.Text;

/// <summary>Arrays out of the shared pool.</summary>
internal static class PooledBytes
{
    /// <summary>Larger arrays are left to the collector, so that rare large bodies do not stay in the pool for good.</summary>
    public const int Largest = 4 << 20;

    public static byte[] Rent(int size) => size <= Largest ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    /// <summary>Takes back an array of <see cref="Rent"/>.</summary>
    public static void Return(byte[] bytes)
    {
        if (bytes.Length is > 0 and <= Largest)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}
