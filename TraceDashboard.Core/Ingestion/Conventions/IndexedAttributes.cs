using System.Buffers.Text;
using System.Runtime.InteropServices;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Lists that are flattened into one attribute for each value, <c>llm.input_messages.0.message.role</c>, become JSON again: numbers
/// arrays, in their order and without gaps, other segments the members of objects.
/// </summary>
internal sealed class IndexedAttributes
{
    /// <summary>The rest of a key beyond is one name.</summary>
    private const int MaxDepth = 16;

    private readonly List<Entry> _entries = [];

    private struct Entry
    {
        public int Attribute;

        /// <summary>Where in the key the next segment starts; the key's length at its end.</summary>
        public int Offset;

        /// <summary>Entries with the same one belong together at the level that is being written.</summary>
        public int Group;
    }

    /// <summary>Writes the attributes that <paramref name="source"/> begins, and takes them off the record.</summary>
    public void Move(RawRecord record, AttributeRange range, Source source, JsonBuffer target, int maxBytes)
    {
        _entries.Clear();
        for (var i = range.Start; i < range.Start + range.Count; i++)
        {
            ref var attribute = ref record.Attribute(i);
            if (attribute.Hidden || !source.Begins(record[attribute.Key]))
                continue;
            attribute.Hidden = true;
            _entries.Add(new Entry { Attribute = i, Offset = source.Utf8.Length });
        }

        new Writer(record, target, maxBytes).WriteElement(CollectionsMarshal.AsSpan(_entries), 0);
    }

    private readonly ref struct Writer(RawRecord record, JsonBuffer target, int maxBytes)
    {
        private readonly int _end = (int)Math.Min(int.MaxValue, target.Length + (long)maxBytes);

        public void WriteElement(Span<Entry> entries, int depth)
        {
            if (entries.Length == 1 && Rest(entries[0]).IsEmpty)
                WriteValue(entries[0]);
            else if (AreNumbers(entries, depth))
                WriteArray(entries, depth);
            else
                WriteObject(entries, depth);
        }

        private ReadOnlySpan<byte> Key(in Entry entry) => record[record.Attribute(entry.Attribute).Key];

        private ReadOnlySpan<byte> Rest(in Entry entry) => Key(entry)[entry.Offset..];

        private ReadOnlySpan<byte> Segment(in Entry entry, int depth)
        {
            var rest = Rest(entry);
            var dot = depth < MaxDepth ? rest.IndexOf((byte)'.') : -1;
            return dot < 0 ? rest : rest[..dot];
        }

        private bool AreNumbers(Span<Entry> entries, int depth)
        {
            foreach (ref var entry in entries)
            {
                var segment = Segment(entry, depth);
                if (segment.Length is 0 or > 9 || !Utf8Parser.TryParse(segment, out int number, out var used) || used != segment.Length)
                    return false;
                entry.Group = number;
            }

            return true;
        }

        private void WriteArray(Span<Entry> entries, int depth)
        {
            Sort(entries);
            target.Write((byte)'[');
            for (int from = 0, to; from < entries.Length; from = to)
            {
                to = Enter(entries, from, depth);
                if (from > 0)
                    target.Write((byte)',');
                var element = entries[from..to];
                if (IsWrapped(element, depth + 1))
                    _ = Enter(element, 0, depth + 1, all: true);
                WriteElement(element, depth + 1);
            }

            target.Write((byte)']');
        }

        private void WriteObject(Span<Entry> entries, int depth)
        {
            GroupByName(entries, depth);
            Sort(entries);
            target.Write((byte)'{');
            for (int from = 0, to; from < entries.Length; from = to)
            {
                if (from > 0)
                    target.Write((byte)',');
                target.WriteString(Segment(entries[from], depth), maxBytes);
                target.Write((byte)':');
                to = Enter(entries, from, depth);
                WriteElement(entries[from..to], depth + 1);
            }

            target.Write((byte)'}');
        }

        /// <summary>Moves the entries of one group to their next segment; returns where the group ends.</summary>
        private int Enter(Span<Entry> entries, int from, int depth, bool all = false)
        {
            var group = entries[from].Group;
            var to = from;
            for (; to < entries.Length && (all || entries[to].Group == group); to++)
                entries[to].Offset = Math.Min(Key(entries[to]).Length, entries[to].Offset + Segment(entries[to], depth).Length + 1);
            return to;
        }

        /// <summary>OpenInference names the kind of each element of a list once more, as the only member of the element.</summary>
        private bool IsWrapped(Span<Entry> element, int depth)
        {
            var name = Segment(element[0], depth);
            if (!(name.SequenceEqual("message"u8) || name.SequenceEqual("message_content"u8) || name.SequenceEqual("tool_call"u8)
                || name.SequenceEqual("document"u8) || name.SequenceEqual("tool"u8) || name.SequenceEqual("prompt"u8) || name.SequenceEqual("completion"u8)))
                return false;
            foreach (ref readonly var entry in element)
            {
                if (Rest(entry).Length <= name.Length || !Segment(entry, depth).SequenceEqual(name))
                    return false;
            }

            return true;
        }

        private void GroupByName(Span<Entry> entries, int depth)
        {
            if (entries.Length > 64)
            {
                var groups = new Dictionary<ulong, int>();
                foreach (ref var entry in entries)
                {
                    var hash = RawRecord.HashOf(Segment(entry, depth));
                    if (!groups.TryGetValue(hash, out entry.Group))
                        groups[hash] = entry.Group = groups.Count;
                }

                return;
            }

            for (var i = 0; i < entries.Length; i++)
            {
                var name = Segment(entries[i], depth);
                var same = i - 1;
                while (same >= 0 && !Segment(entries[same], depth).SequenceEqual(name))
                    same--;
                entries[i].Group = same < 0 ? i : entries[same].Group;
            }
        }

        private static void Sort(Span<Entry> entries)
        {
            for (var i = 1; i < entries.Length; i++)
            {
                if (entries[i].Group >= entries[i - 1].Group)
                    continue;
                entries.Sort(static (a, b) => a.Group != b.Group ? a.Group.CompareTo(b.Group) : a.Attribute.CompareTo(b.Attribute));
                return;
            }
        }

        private void WriteValue(in Entry entry)
        {
            if (target.Length >= _end)
                target.WriteString(StorableText.CutMark(maxBytes));
            else
                record.WriteValue(record.Attribute(entry.Attribute), target, maxBytes);
        }
    }
}
