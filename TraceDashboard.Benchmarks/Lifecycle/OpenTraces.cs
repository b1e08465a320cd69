using System.Globalization;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>Traces that a gateway has open at once, and the calls that it makes for them: the same for the same seed.</summary>
internal sealed class OpenTraces
{
    private const int TokensOfPiece = 6;

    public OpenTraces(int count, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[16];
        Ids = [.. Enumerable.Range(0, count).Select(_ =>
        {
            random.NextBytes(bytes);
            return Convert.ToHexStringLower(bytes);
        })];
    }

    public IReadOnlyList<string> Ids { get; }

    /// <summary>What a trace must have put out after so many updates.</summary>
    public static string Output(int updates) => string.Concat(Enumerable.Range(0, updates).Select(Piece));

    /// <inheritdoc cref="Output" />
    public static int OutputTokens(int updates) => updates * TokensOfPiece;

    public LifecycleCall Start(int trace) => new("POST", "/api/traces/start", string.Create(CultureInfo.InvariantCulture,
        $$"""{"traceId":"{{Ids[trace]}}","name":"chat","kind":"generation","userId":"u_{{trace % 200}}","modelProvider":"openai","model":"gpt-4o-mini","environment":"production","input":"What is the state of order A-{{100_000 + trace}}?","metadata":{"gateway":"eu-1"} }"""));

    public LifecycleCall Update(int trace, int round) => new("PUT", $"/api/traces/{Ids[trace]}/update", string.Create(CultureInfo.InvariantCulture,
        $$$"""{"sequence":{{{round}}},"outputDelta":"{{{Piece(round)}}}","usage":{"inputTokens":420,"outputTokens":{{{OutputTokens(round + 1)}}} }}"""));

    public LifecycleCall Complete(int trace, int updates) => new("POST", $"/api/traces/{Ids[trace]}/complete", string.Create(CultureInfo.InvariantCulture,
        $$$"""{"status":"ok","finishReason":"stop","usage":{"inputTokens":420,"outputTokens":{{{OutputTokens(updates)}}} }}"""));

    private static string Piece(int round) => string.Create(CultureInfo.InvariantCulture, $"Piece {round} of the answer, about as long as one. ");
}

internal readonly record struct LifecycleCall(string Method, string Path, string Json);
