using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Hosting;

internal sealed class ListenerOptionsSetup(IConfiguration configuration) : IConfigureOptions<ListenerOptions>, IValidateOptions<ListenerOptions>
{
    private const string KestrelEndpoints = "Kestrel:Endpoints";

    private readonly List<string> _appUrls = AppUrls(configuration);

    public void Configure(ListenerOptions options)
    {
        options.Urls = [.. _appUrls.Select(url => Parse("urls", url, options.Errors)).OfType<BindingAddress>()];
        options.KestrelEndpoints =
        [
            .. configuration.GetSection(KestrelEndpoints).GetChildren().Select(e => ReadEndpoint(e, options.Errors)).Where(e => e.Address is not null).Select(e => (e.Key, e.Address!)),
        ];

        foreach (var key in configuration.GetSection("Otlp").GetChildren().Select(c => $"Otlp:{c.Key}"))
        {
            if (!key.Equals(ListenerOptions.OtlpHttpKey, StringComparison.OrdinalIgnoreCase) && !key.Equals(ListenerOptions.OtlpGrpcKey, StringComparison.OrdinalIgnoreCase))
                options.Errors.Add($"{key} is not a setting. Otlp has: GrpcEndpoint, HttpEndpoint.");
        }

        (options.OtlpHttp, options.OtlpHttpIsDefault) = Read(ListenerOptions.OtlpHttpKey, ListenerOptions.DefaultOtlpHttp, options.Errors);
        (options.OtlpGrpc, options.OtlpGrpcIsDefault) = Read(ListenerOptions.OtlpGrpcKey, ListenerOptions.DefaultOtlpGrpc, options.Errors);
    }

    private (BindingAddress? Address, bool IsDefault) Read(string key, string defaultAddress, List<string> errors)
    {
        var text = configuration[key];
        return (text is "" ? null : Parse(key, text ?? defaultAddress, errors), text is null);
    }

    private static (string Key, BindingAddress? Address) ReadEndpoint(IConfigurationSection endpoint, List<string> errors)
    {
        // The server passes over the name of a protocol that it does not know.
        if (endpoint["Protocols"] is { } protocols && !Enum.TryParse<HttpProtocols>(protocols, ignoreCase: true, out _))
            errors.Add($"{endpoint.Path}:Protocols is '{protocols}'; it must be one of {string.Join(", ", Enum.GetNames<HttpProtocols>())}.");
        var key = $"{endpoint.Path}:Url";
        return (key, Parse(key, endpoint["Url"] ?? "", errors));
    }

    public ValidateOptionsResult Validate(string? name, ListenerOptions options)
    {
        var errors = new List<string>(options.Errors);
        if (!options.Listens)
            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        foreach (var url in options.Urls)
        {
            if (PortProbe.Fault(url) is { } fault)
                errors.Add($"urls: {url} {fault}. Set another address with --urls or ASPNETCORE_URLS.");
        }

        foreach (var (key, address) in options.KestrelEndpoints)
        {
            if (PortProbe.Fault(address) is { } fault)
                errors.Add($"{key}: {address} {fault}. Set another address.");
        }

        BindingAddress[] own = [.. options.Urls, .. options.KestrelEndpoints.Select(e => e.Address)];

        if (options.OtlpHttp is { } http)
            Check(http, ListenerOptions.OtlpHttpKey, options.OtlpHttpIsDefault, own, "the app, which takes OTLP under /v1/traces as well", errors);
        if (options.OtlpGrpc is { } grpc)
        {
            Check(grpc, ListenerOptions.OtlpGrpcKey, options.OtlpGrpcIsDefault, own, "the app, which speaks HTTP/1.1", errors);
            if (grpc.Port != 0 && grpc.Port == options.OtlpHttp?.Port)
                errors.Add($"{ListenerOptions.OtlpGrpcKey}: {grpc} has the port of {ListenerOptions.OtlpHttpKey}. Set another port, or set the key to empty.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void Check(BindingAddress otlp, string key, bool isDefault, IReadOnlyList<BindingAddress> urls, string owner, List<string> errors)
    {
        if (otlp.Port != 0 && urls.Any(url => url.Port == otlp.Port))
            errors.Add($"{key}: {otlp} has the port of {owner}. Set another port, or set the key to empty.");
        else if (!isDefault && PortProbe.Fault(otlp) is { } fault)
            errors.Add($"{key}: {otlp} {fault}. Set another address, or set the key to empty to do without.");
    }

    private static List<string> AppUrls(IConfiguration configuration)
    {
        if (configuration.GetSection(KestrelEndpoints).GetChildren().Any())
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
        else if (address.Port is < 0 or > IPEndPoint.MaxPort || (!address.IsUnixPipe && address.Host.Contains(':', StringComparison.Ordinal) && !address.Host.StartsWith('[')))
            errors.Add($"{key} is '{text}'; the port must be a number up to {IPEndPoint.MaxPort}.");
        else if (address is { Port: 0, IsUnixPipe: false } && address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            errors.Add($"{key} is '{text}'; a free port can only be chosen for one address, so write http://127.0.0.1:0.");
        else
            return address;
        return null;
    }
}
