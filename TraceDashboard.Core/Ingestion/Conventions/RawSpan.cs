namespace TraceDashboard.Core.Ingestion.Conventions;

internal struct RawEvent
{
    public ulong Time;
    public Slice Name;
    public AttributeRange Attributes;
    public ulong DroppedAttributes;
}

internal struct RawLink
{
    /// <summary>Lower-case hex.</summary>
    public Slice TraceId;
    public Slice SpanId;
    public Slice TraceState;
    public AttributeRange Attributes;
    public ulong DroppedAttributes;
}

/// <summary>A span as it came, before any dialect was asked what it means.</summary>
internal sealed class RawSpan(byte[] body, int maxItems) : RawRecord(body, maxItems)
{
    private readonly byte[] _lastTraceId = new byte[16];
    private string? _lastTraceIdText;

    /// <summary>32 lower-case hex digits; null when missing.</summary>
    public string? TraceId { get; private set; }

    /// <summary>16 lower-case hex digits; null when missing.</summary>
    public string? SpanId { get; private set; }

    public string? ParentSpanId { get; private set; }

    public Slice Name;
    public Slice TraceState;
    public Slice StatusMessage;

    /// <summary>OTel: unspecified 0, internal 1, server 2, client 3, producer 4, consumer 5.</summary>
    public ulong Kind;
    public ulong Status;
    public ulong Flags;
    public ulong StartTime;
    public ulong EndTime;
    public ulong DroppedAttributes;
    public ulong DroppedEvents;
    public ulong DroppedLinks;
    public AttributeRange SpanAttributes;

    public List<RawEvent> Events { get; } = [];

    public List<RawLink> Links { get; } = [];

    public override void Clear()
    {
        base.Clear();
        TraceId = SpanId = ParentSpanId = null;
        Name = TraceState = StatusMessage = default;
        Kind = Status = Flags = StartTime = EndTime = DroppedAttributes = DroppedEvents = DroppedLinks = 0;
        SpanAttributes = default;
        Events.Clear();
        Links.Clear();
    }

    /// <summary>Takes the parent's place: its id, its own parent (16 lower-case hex digits, or none), and no end.</summary>
    public void BecomeParent(ReadOnlySpan<byte> parentOfParent)
    {
        SpanId = ParentSpanId;
        ParentSpanId = parentOfParent.IsEmpty ? null : System.Text.Encoding.ASCII.GetString(parentOfParent);
        EndTime = 0;
    }

    /// <summary>The id of a link: shown, not followed blindly; what is far too long for one is not kept.</summary>
    public Slice KeepHex(ReadOnlySpan<byte> id)
    {
        Span<byte> hex = stackalloc byte[32];
        _ = Convert.TryToHexStringLower(id[..Math.Min(id.Length, 16)], hex, out var written);
        return KeepOwn(hex[..written]);
    }

    public void SetTraceId(ReadOnlySpan<byte> id)
    {
        if (id.Length != 16)
        {
            if (id.Length > 0)
                Fail($"traceId has {id.Length} bytes, it must have 16");
        }
        else if (!id.ContainsAnyExcept((byte)0))
        {
            Fail("traceId is all zeros");
        }
        else if (_lastTraceIdText is not null && id.SequenceEqual(_lastTraceId))
        {
            TraceId = _lastTraceIdText;
        }
        else
        {
            id.CopyTo(_lastTraceId);
            TraceId = _lastTraceIdText = Convert.ToHexStringLower(id);
        }
    }

    public void SetSpanId(ReadOnlySpan<byte> id)
    {
        if (id.Length != 8)
        {
            if (id.Length > 0)
                Fail($"spanId has {id.Length} bytes, it must have 8");
        }
        else if (!id.ContainsAnyExcept((byte)0))
        {
            Fail("spanId is all zeros");
        }
        else
        {
            SpanId = Convert.ToHexStringLower(id);
        }
    }

    public void SetParentSpanId(ReadOnlySpan<byte> id)
    {
        if (id.Length == 0 || !id.ContainsAnyExcept((byte)0))
            ParentSpanId = null;
        else if (id.Length == 8)
            ParentSpanId = Convert.ToHexStringLower(id);
        else
            Fail($"parentSpanId has {id.Length} bytes, it must have 8");
    }
}
