using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Api;

/// <summary>What a caller is told when something went wrong here that may be mended before the same call comes again. The log has the rest.</summary>
internal sealed partial class Faults(IOptions<BodyOptions> options, IRefusalCounter refusals, ILogger<Faults> logger)
{
    /// <summary>In any call: null unless it is the store that failed.</summary>
    public Refusal? OfStore(Exception fault)
    {
        if (!StoreErrors.IsOfStore(fault))
            return null;
        LogStoreFailed(fault);
        return Again(StoreErrors.Describe(fault));
    }

    /// <summary>In a call that brings data, whatever it is: a sender that is not told to come again throws away what it has.</summary>
    public Refusal OfSender(Exception fault)
    {
        refusals.Refused("fault");
        if (OfStore(fault) is { } refusal)
            return refusal;
        LogNotTaken(fault);
        return Again("Something went wrong in the server, which its log tells; try again later.");
    }

    private Refusal Again(string message) => new(StatusCodes.Status503ServiceUnavailable, message, options.Value.RetryAfter);

    [LoggerMessage(1, LogLevel.Error, "The store failed; whoever called was told to come again")]
    private partial void LogStoreFailed(Exception fault);

    [LoggerMessage(2, LogLevel.Error, "A request could not be taken in; its sender was told to come again")]
    private partial void LogNotTaken(Exception fault);
}
