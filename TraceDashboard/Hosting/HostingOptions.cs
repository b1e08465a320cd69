using System.Net;
using System.Text.RegularExpressions;

namespace TraceDashboard.Hosting;

/// <summary>How the app is reached through others.</summary>
internal sealed partial class HostingOptions
{
    public const string Section = "Hosting";

    /// <summary>The path that a proxy serves the app under, for example <c>/llm</c>.</summary>
    public string? PathBase { get; set; }

    /// <summary>Addresses and networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-*</c> headers are believed; with ';' between them.</summary>
    public string? KnownProxies { get; set; }

    public IReadOnlyList<IPNetwork> Proxies => [.. Entries.Select(ToNetwork).OfType<IPNetwork>()];

    private string[] Entries => KnownProxies?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Whether a text can stand before every path of the app: what is in it needs no escape and has no other meaning anywhere.</summary>
    public static bool IsPathBase(string text) => PathBasePattern().IsMatch(text);

    public static IEnumerable<string> Check(HostingOptions options)
    {
        if (!string.IsNullOrEmpty(options.PathBase) && !IsPathBase(options.PathBase))
            yield return $"{Section}:{nameof(PathBase)} is '{options.PathBase}'; write it as /llm, with a slash before each part and none at the end, and in the parts letters, digits, '-', '_', '~' and '.' only.";
        foreach (var entry in options.Entries.Where(e => ToNetwork(e) is null))
            yield return $"{Section}:{nameof(KnownProxies)} has '{entry}', which is neither an address nor a network. Write 10.0.0.5 or 10.0.0.0/8, and ';' between two.";
    }

    private static IPNetwork? ToNetwork(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    [GeneratedRegex(@"^(/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+\z")]
    private static partial Regex PathBasePattern();
}
