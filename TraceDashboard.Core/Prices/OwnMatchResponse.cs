using System.ComponentModel;

namespace TraceDashboard.Core.Prices;

public sealed record OwnMatchResponse(
    string Id,
    [property: Description("What it is for, in words.")] string Rule,
    [property: Description("Whether it is the one that counts.")] bool Chosen,
    [property: Description("Whether it has a version of that time.")] bool InForce);
