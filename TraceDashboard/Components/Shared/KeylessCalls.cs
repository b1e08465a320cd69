using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;

namespace TraceDashboard.Components.Shared;

/// <summary>Whether programs where the reader sits need a key.</summary>
public sealed class KeylessCalls(IOptions<KeylessOptions> keyless, NavigationManager navigation)
{
    /// <summary>A reader who came by one of the machine's own names sits at the app's own machine.</summary>
    public bool AreAllowed => keyless.Value.Allowed && LocalCalls.IsLocalHost(new Uri(navigation.BaseUri).Host);
}
