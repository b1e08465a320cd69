using System.Globalization;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Records that were not taken: all of them counted, the first ones named.</summary>
/// <param name="kind">What they are, in a word.</param>
internal sealed class Rejections(string kind)
{
    private const int MostNamed = 5;
    private readonly List<string> _named = [];
    private long _unnamed;
    private long _withoutIds;

    public long Count { get; private set; }

    /// <param name="record">Which one, for the sender.</param>
    /// <param name="hasId">Whether it has any id, which records of other signals have not.</param>
    public void Add(string record, string reason, bool hasId = true)
    {
        Count++;
        if (!hasId)
            _withoutIds++;
        Name($"{kind} {record}", reason);
    }

    /// <summary>Names what was not taken beside the spans, which are all that OTLP counts.</summary>
    public void AddUncounted(string what, string reason) => Name(what, reason);

    public void AddTooShort(long count)
    {
        Count += count;
        _withoutIds += count;
        _named.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "span has" : "spans have")} no room for a traceId and a spanId"));
    }

    private void Name(string what, string reason)
    {
        if (_named.Count < MostNamed)
            _named.Add($"{what}: {reason}");
        else
            _unnamed++;
    }

    /// <summary>What to tell the sender of a body without a single good span.</summary>
    public string Explain() => _withoutIds < Count
        ? $"No span could be taken: {this}"
        : $"No span could be taken: {this}. None has ids: if this is an export of logs or metrics, it came to the wrong place; /v1/traces takes traces only.";

    public override string ToString() =>
        string.Join("; ", _named) + (_unnamed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; and {_unnamed} more"));
}
