using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Ingestion;

namespace TraceDashboard.Components.Shared;

/// <summary>Whether programs where the reader sits need a key.</summary>
public sealed class KeylessCalls(IOptions<IngestionOptions> ingestion, NavigationManager navigation)
{
    /// <summary>A reader who came by a loopback address sits at the app's own machine.</summary>
    public bool AreAllowed => ingestion.Value.AllowAnonymous is true && new Uri(navigation.BaseUri).IsLoopback;
}
