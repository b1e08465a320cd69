namespace TraceDashboard.Core.Traces;

/// <summary>What a score's value is. The numbers are stored and never change their meaning.</summary>
public enum ScoreDataType : byte
{
    /// <summary>A number.</summary>
    Numeric = 0,

    /// <summary>1 or 0; the text is "True" or "False".</summary>
    Boolean = 1,

    /// <summary>One of a few texts.</summary>
    Categorical = 2,

    /// <summary>Free text.</summary>
    Text = 3,
}

/// <summary>Who gave a score. The numbers are stored and never change their meaning.</summary>
public enum ScoreSource : byte
{
    /// <summary>A program of the user's.</summary>
    Api = 0,

    /// <summary>An evaluator that ran by itself.</summary>
    Evaluator = 1,

    /// <summary>A person.</summary>
    Human = 2,
}

/// <summary>A quality value on a trace, on a span of it, or on a session. Times are nanoseconds since the Unix epoch.</summary>
public sealed record Score
{
    public required int ProjectId { get; init; }

    /// <summary>Unique in the project: what is sent again under it is the same score, of which the later version stays.</summary>
    public required string Id { get; init; }

    /// <summary>Null for the score of a session.</summary>
    public string? TraceId { get; init; }

    /// <summary>Null for the score of a whole trace, or of a session.</summary>
    public string? SpanId { get; init; }

    public string? SessionId { get; init; }

    public required string Name { get; init; }

    public required ScoreDataType DataType { get; init; }

    /// <summary>Null for categories and texts.</summary>
    public double? Value { get; init; }

    /// <summary>Null for numbers.</summary>
    public string? Text { get; init; }

    public required ScoreSource Source { get; init; }

    public string? Comment { get; init; }

    /// <summary>JSON; null when there is none.</summary>
    public string? Metadata { get; init; }

    public string? Author { get; init; }

    public required string Environment { get; init; }

    /// <summary>The id of a definition that the client keeps elsewhere.</summary>
    public string? ConfigId { get; init; }

    public required long Timestamp { get; init; }

    /// <summary>When this version was made; of two, the later one stays.</summary>
    public required long VersionTime { get; init; }

    /// <summary>Orders versions of the same time, so that all orders of arrival end the same.</summary>
    public required long VersionHash { get; init; }
}
