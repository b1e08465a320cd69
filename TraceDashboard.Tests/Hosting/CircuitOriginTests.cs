using System.Net;
using System.Net.WebSockets;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

public sealed class CircuitOriginTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_pages_of_the_apps_own_origin_open_circuits()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Environment = "Production" });
        var own = $"http://127.0.0.1:{app.Address.Port}";

        foreach (var origin in new[] { "http://shop.example", "http://127.0.0.1:1", "http://localhost:" + app.Address.Port, "null" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await NegotiateAsync(app, origin));
            var refusal = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(app, origin));
            Assert.Contains("403", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Contains(app.Log.Entries, e => e.Message.Contains("http://shop.example", StringComparison.Ordinal) && e.Message.Contains("Hosting:KnownProxies", StringComparison.Ordinal));
        foreach (var origin in new[] { own, own.Replace("http:", "https:", StringComparison.Ordinal), null })
        {
            Assert.Equal(HttpStatusCode.OK, await NegotiateAsync(app, origin));
            await ConnectAsync(app, origin);
        }
    }

    private static async Task<HttpStatusCode> NegotiateAsync(TestApp app, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using var response = await app.Client.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private static async Task ConnectAsync(TestApp app, string? origin)
    {
        using var socket = new ClientWebSocket();
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{app.Address.Port}/_blazor"), Cancel);
    }
}
