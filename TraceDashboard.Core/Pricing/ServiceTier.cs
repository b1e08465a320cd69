namespace TraceDashboard.Core.Pricing;

/// <summary>Classes of service that providers price differently.</summary>
public enum ServiceTier : byte
{
    Standard = 0,
    Batch = 1,
    Priority = 2,
    Flex = 3,
}
