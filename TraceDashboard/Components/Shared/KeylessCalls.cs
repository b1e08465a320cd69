using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;

namespace TraceDashboard.Components.Shared;

/// <summary>Whether programs where the reader sits need a key.</summary>
public sealed class KeylessCalls(IOptions<KeylessOptions> keyless, NavigationManager navigation)
{
    /// <summary>A reader who came by a loopback address sits at the app's own machine.</summary>
    public bool AreAllowed => keyless.Value.Allowed && new Uri(navigation.BaseUri).IsLoopback;
}
