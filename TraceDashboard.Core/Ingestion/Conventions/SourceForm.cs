namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>How an attribute holds what a field needs.</summary>
internal enum SourceForm : byte
{
    Whole,
    Milliseconds,

    /// <summary>Milliseconds of those that send them, and where seconds would be after the end; seconds of all others.</summary>
    SecondsOrMilliseconds,

    /// <summary><c>{}</c> stands for nothing.</summary>
    NothingIfEmptyObject,

    /// <summary><c>&lt;REDACTED&gt;</c> stands for nothing.</summary>
    NothingIfRedacted,

    /// <summary>JSON in any case: a text has quotes, which are left out.</summary>
    JsonText,

    /// <summary>The key is a beginning that a number follows: all attributes like that are the value together, see <see cref="IndexedAttributes"/>.</summary>
    Indexed,

    /// <summary>The key is a beginning that anything may follow.</summary>
    Group,
}
