namespace TraceDashboard.Core.Pricing;

internal static class ServiceTiers
{
    public const int Count = 4;

    /// <summary>Reads what a span says (<c>openai.response.service_tier</c> and its like); anything that is not known to cost differently is standard.</summary>
    public static ServiceTier Parse(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return ServiceTier.Standard;
        var text = value.AsSpan().Trim();
        if (text.Equals("batch", StringComparison.OrdinalIgnoreCase))
            return ServiceTier.Batch;
        if (text.Equals("priority", StringComparison.OrdinalIgnoreCase))
            return ServiceTier.Priority;
        if (text.Equals("flex", StringComparison.OrdinalIgnoreCase))
            return ServiceTier.Flex;
        return ServiceTier.Standard;
    }
}
