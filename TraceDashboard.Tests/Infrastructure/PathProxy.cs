using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Transforms;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>What a <see cref="PathProxy"/> does with the path that it serves an app under.</summary>
public enum ProxyManner
{
    /// <summary>It passes the path on as it came.</summary>
    PassesOn,

    /// <summary>It takes its own part off.</summary>
    TakesOff,

    /// <summary>It takes its own part off and says so in X-Forwarded-Prefix; the name it was reached by it says in X-Forwarded-Host only.</summary>
    TakesOffAndSaysSo,
}

/// <summary>A reverse proxy on this machine that serves an app under a path.</summary>
internal sealed class PathProxy : IAsyncDisposable
{
    private readonly WebApplication _proxy;

    private PathProxy(WebApplication proxy, string path)
    {
        _proxy = proxy;
        Address = new Uri(new Uri(proxy.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), path + "/");
    }

    /// <summary>Where the app is served, with a slash at the end.</summary>
    public Uri Address { get; }

    public static async Task<PathProxy> StartAsync(Uri app, string path, ProxyManner manner)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        var proxy = builder.Build();
        proxy.Urls.Add("http://127.0.0.1:0");
        proxy.UseWebSockets();
        proxy.MapForwarder(path + "/{**rest}", app.ToString(), transforms =>
        {
            transforms.UseDefaultForwarders = false;
            transforms.AddXForwardedFor(action: ForwardedTransformActions.Set);
            transforms.AddXForwardedProto(action: ForwardedTransformActions.Set);
            transforms.AddRequestTransform(context =>
            {
                // As it came: by itself the forwarder escapes an escaped slash again.
                var target = context.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
                context.ProxyRequest.RequestUri = new Uri(app.GetLeftPart(UriPartial.Authority) + (manner == ProxyManner.PassesOn ? target : target[path.Length..]));
                return ValueTask.CompletedTask;
            });
            transforms.AddOriginalHost(manner != ProxyManner.TakesOffAndSaysSo);
            if (manner != ProxyManner.TakesOffAndSaysSo)
                return;
            transforms.AddXForwardedHost(action: ForwardedTransformActions.Set);
            transforms.AddRequestHeader("X-Forwarded-Prefix", path, append: false);
        });
        await proxy.StartAsync(TestContext.Current.CancellationToken);
        return new PathProxy(proxy, path);
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();
}
