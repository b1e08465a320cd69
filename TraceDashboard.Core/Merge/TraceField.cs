namespace TraceDashboard.Core.Merge;

/// <summary>The own fields of a trace. The numbers are stored: never change them, only append.</summary>
public enum TraceField : byte
{
    Timestamp = 0,
    Name = 1,
    UserId = 2,
    SessionId = 3,
    Environment = 4,
    Release = 5,
    Version = 6,
    Tags = 7,
    Metadata = 8,
    InputPreview = 9,
    OutputPreview = 10,
    Input = 11,
    Output = 12,
    IsPublic = 13,
    ExternalId = 14,
    SharedMetadata = 15,
}
