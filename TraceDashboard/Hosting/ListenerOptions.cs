using Microsoft.Extensions.Options;

namespace TraceDashboard.Hosting;

/// <summary>Where the app listens, from the keys <c>urls</c> (<c>ASPNETCORE_URLS</c>, <c>--urls</c>) and <c>Otlp:*</c>.</summary>
internal sealed class ListenerOptions
{
    public const string OtlpHttpKey = "Otlp:HttpEndpoint";
    public const string OtlpGrpcKey = "Otlp:GrpcEndpoint";
    public const string DefaultUrl = "http://localhost:5080";
    public const string DefaultOtlpHttp = "http://localhost:4318";

    /// <summary>Pages, all APIs and OTLP/HTTP. Empty when the section <c>Kestrel:Endpoints</c> says where to listen.</summary>
    public IReadOnlyList<BindingAddress> Urls { get; set; } = [];

    /// <summary>OTLP/HTTP alone; null when it is off.</summary>
    public BindingAddress? OtlpHttp { get; set; }

    /// <summary>A default port that is taken is let go with a warning; one that was asked for is an error.</summary>
    public bool OtlpHttpIsDefault { get; set; }

    /// <summary>What could not be read, for the validator.</summary>
    public List<string> Errors { get; } = [];
}

internal sealed class ListenerOptionsSetup(IConfiguration configuration) : IConfigureOptions<ListenerOptions>, IValidateOptions<ListenerOptions>
{
    private readonly List<string> _appUrls = AppUrls(configuration);

    public void Configure(ListenerOptions options)
    {
        options.Urls = [.. _appUrls.Select(url => Parse("urls", url, options.Errors)).OfType<BindingAddress>()];

        foreach (var key in configuration.GetSection("Otlp").GetChildren().Select(c => $"Otlp:{c.Key}"))
        {
            if (!key.Equals(ListenerOptions.OtlpHttpKey, StringComparison.OrdinalIgnoreCase) && !key.Equals(ListenerOptions.OtlpGrpcKey, StringComparison.OrdinalIgnoreCase))
                options.Errors.Add($"{key} is not a setting. Otlp has: GrpcEndpoint, HttpEndpoint.");
        }

        var otlpHttp = configuration[ListenerOptions.OtlpHttpKey];
        options.OtlpHttpIsDefault = otlpHttp is null;
        otlpHttp ??= ListenerOptions.DefaultOtlpHttp;
        if (otlpHttp.Length > 0)
            options.OtlpHttp = Parse(ListenerOptions.OtlpHttpKey, otlpHttp, options.Errors);

        // Checked although nothing listens there yet, so that a deployment does not carry a mistake into the release that does.
        if (configuration[ListenerOptions.OtlpGrpcKey] is { Length: > 0 } otlpGrpc)
            Parse(ListenerOptions.OtlpGrpcKey, otlpGrpc, options.Errors);
    }

    public ValidateOptionsResult Validate(string? name, ListenerOptions options)
    {
        var errors = new List<string>(options.Errors);
        foreach (var url in options.Urls.Where(PortProbe.IsBusy))
            errors.Add($"urls: the port of {url} is in use. Stop what listens there, or set another address with --urls or ASPNETCORE_URLS.");

        if (options.OtlpHttp is { } otlp)
        {
            if (otlp.Port != 0 && options.Urls.Any(url => url.Port == otlp.Port))
                errors.Add($"{ListenerOptions.OtlpHttpKey}: {otlp} has the port of the app, which takes OTLP under /v1/traces as well. Set another port, or set the key to empty.");
            else if (!options.OtlpHttpIsDefault && PortProbe.IsBusy(otlp))
                errors.Add($"{ListenerOptions.OtlpHttpKey}: the port of {otlp} is in use. Stop what listens there, set another address, or set the key to empty to do without.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static List<string> AppUrls(IConfiguration configuration)
    {
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
            return [];
        var urls = Split(configuration[WebHostDefaults.ServerUrlsKey]).ToList();
        if (urls.Count == 0)
        {
            urls.AddRange(Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"));
            urls.AddRange(Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"));
        }

        return urls.Count > 0 ? urls : [ListenerOptions.DefaultUrl];
    }

    private static string[] Split(string? value) =>
        (value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static BindingAddress? Parse(string key, string text, List<string> errors)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(text);
        }
        catch (FormatException)
        {
            errors.Add($"{key} is '{text}', which is not an address. Write scheme, host and port, for example http://localhost:5080.");
            return null;
        }

        if (!address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase) && !address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
            errors.Add($"{key} is '{text}'; the scheme must be http or https.");
        else if (address.PathBase.Length > 0 && !address.IsUnixPipe)
            errors.Add($"{key} is '{text}'; leave the path '{address.PathBase}' away.");
        else if (address is { Port: 0, IsUnixPipe: false } && address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            errors.Add($"{key} is '{text}'; a free port can only be chosen for one address, so write http://127.0.0.1:0.");
        else
            return address;
        return null;
    }
}
