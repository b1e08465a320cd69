namespace TraceDashboard.Core.Api;

/// <summary>An identity that an API key may stand for.</summary>
internal interface IKeyHolder
{
    /// <summary>Null without a key.</summary>
    int? KeyId { get; }
}
