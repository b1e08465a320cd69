using System.Buffers.Binary;
using System.Numerics;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>The sources of all dialects, found by the hash of the attribute's key; beginnings by their first eight bytes.</summary>
internal sealed class SourceTable
{
    private const int HeadLength = 8;
    private readonly (ulong Hash, Source Source)[] _whole;
    private readonly (ulong Head, Source Source)[] _beginnings;

    public SourceTable(params ReadOnlySpan<Source[]> dialects)
    {
        List<Source> all = [];
        foreach (var dialect in dialects)
            all.AddRange(dialect);
        _whole = new (ulong, Source)[BitOperations.RoundUpToPowerOf2((uint)all.Count * 4)];
        _beginnings = new (ulong, Source)[BitOperations.RoundUpToPowerOf2((uint)all.Count(s => s.IsBeginning) * 8 + 1)];
        foreach (var source in all)
        {
            if (source.IsBeginning)
                Put(_beginnings, Spread(BinaryPrimitives.ReadUInt64LittleEndian(source.Utf8)), source);
            else
                Put(_whole, RawRecord.HashOf(source.Utf8), source);
        }
    }

    /// <summary>The next source of that hash from <paramref name="slot"/> on, which starts as the hash; null when there is no more.</summary>
    public Source? Next(ulong hash, ref int slot)
    {
        var mask = _whole.Length - 1;
        for (slot &= mask; _whole[slot].Source is { } source; slot = (slot + 1) & mask)
        {
            if (_whole[slot].Hash != hash)
                continue;
            slot++;
            return source;
        }

        return null;
    }

    /// <summary>The source that the key continues; null when there is none.</summary>
    public Source? Beginning(ReadOnlySpan<byte> key)
    {
        if (key.Length <= HeadLength)
            return null;
        var head = Spread(BinaryPrimitives.ReadUInt64LittleEndian(key));
        var mask = _beginnings.Length - 1;
        for (var slot = (int)head & mask; _beginnings[slot].Source is { } source; slot = (slot + 1) & mask)
        {
            if (_beginnings[slot].Head == head && source.Begins(key))
                return source;
        }

        return null;
    }

    private static ulong Spread(ulong head) => (head * 0x9E3779B97F4A7C15) >> 16;

    private static void Put((ulong Hash, Source Source)[] slots, ulong hash, Source source)
    {
        var slot = (int)hash & (slots.Length - 1);
        while (slots[slot].Source is not null)
            slot = (slot + 1) & (slots.Length - 1);
        slots[slot] = (hash, source);
    }
}
