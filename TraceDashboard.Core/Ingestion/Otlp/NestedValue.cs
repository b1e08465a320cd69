using System.Runtime.InteropServices;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// What both encodings share in writing an array or object of an attribute as JSON, into the record's own buffer: limits of
/// depth, size and number, and that of equal keys the last one counts.
/// </summary>
internal abstract class NestedValue(IngestionOptions options)
{
    private readonly List<(ulong Key, int Start)> _members = [];
    private int _start;

    protected RawRecord Record { get; private set; } = null!;

    protected JsonBuffer Target => Record.Own;

    protected int MaxFieldBytes => options.MaxFieldBytes;

    protected int Begin(RawRecord record)
    {
        Record = record;
        _members.Clear();
        return _start = record.Own.Length;
    }

    protected Slice End() => new(_start, Target.Length - _start, true);

    /// <summary>Whether a value of that depth may be opened; otherwise a mark stands in its place.</summary>
    protected bool MayOpen(int depth)
    {
        if (depth <= options.MaxAttributeDepth)
            return true;
        Target.WriteString($"… [nested deeper than {options.MaxAttributeDepth} levels]");
        return false;
    }

    /// <summary>Whether there is room for another element, after <paramref name="count"/> before it; writes the comma, or a mark where the rest would be.</summary>
    protected bool MayAdd(int count, bool isObject)
    {
        var isFull = count >= Record.MaxItems;
        if (!isFull && Target.Length - _start < MaxFieldBytes)
        {
            if (count > 0)
                Target.Write((byte)',');
            return true;
        }

        if (count > 0)
            Target.Write((byte)',');
        if (isObject)
            Target.WriteKey("…"u8);
        Target.WriteString(isFull ? $"… [cut at {Record.MaxItems} elements]" : StorableText.CutMark(MaxFieldBytes));
        return false;
    }

    /// <summary>Marks the start of an object's members, for <see cref="CloseObject"/>.</summary>
    protected int OpenObject()
    {
        Target.Write((byte)'{');
        return _members.Count;
    }

    protected void AddMember(ulong key, int start) => _members.Add((key, start));

    /// <summary>Removes members whose key comes again.</summary>
    protected void CloseObject(int first)
    {
        var count = _members.Count - first;
        if (count > 1 && MarkRepeats(first))
            Compact(first);
        _members.RemoveRange(first, count);
        Target.Write((byte)'}');
    }

    private bool MarkRepeats(int first)
    {
        var any = false;
        var members = CollectionsMarshal.AsSpan(_members)[first..];
        var seen = members.Length > 16 ? new HashSet<ulong>(members.Length) : null;
        for (var i = members.Length - 1; i >= 0; i--)
        {
            var key = members[i].Key;
            var repeats = seen is not null && !seen.Add(key);
            for (var later = i + 1; seen is null && later < members.Length && !repeats; later++)
                repeats = members[later].Key == key;
            if (repeats)
                members[i].Start = ~members[i].Start;
            any |= repeats;
        }

        return any;
    }

    private void Compact(int first)
    {
        var members = CollectionsMarshal.AsSpan(_members)[first..];
        var to = Math.Max(members[0].Start, ~members[0].Start);
        for (var i = 0; i < members.Length; i++)
        {
            // A member reaches to the next one, so its comma goes with it; the last one never repeats.
            var start = members[i].Start;
            var end = i + 1 < members.Length ? Math.Max(members[i + 1].Start, ~members[i + 1].Start) : Target.Length;
            if (start < 0)
                continue;
            Target.CopyWithin(start, to, end - start);
            to += end - start;
        }

        Target.Truncate(to);
    }
}
