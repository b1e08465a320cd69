using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace TraceDashboard.Tests.Clients;

/// <summary>Keeps what clients post to the app, so that a test can send the same bytes again as a client does that got no answer.</summary>
internal sealed class RequestRecorder : IStartupFilter
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = [];

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(RecordAsync);
        next(app);
    };

    public async Task RepeatAsync()
    {
        using var client = new HttpClient();
        foreach (var recorded in Requests)
        {
            using var request = recorded.ToMessage();
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(recorded.Status, (int)answer.StatusCode);
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Equal(recorded.GrpcStatus, GrpcStatusOf(answer));
        }
    }

    private static string? GrpcStatusOf(HttpResponseMessage answer) =>
        answer.TrailingHeaders.TryGetValues("grpc-status", out var values) || answer.Headers.TryGetValues("grpc-status", out values) ? values.First() : null;

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        context.Request.Body = body;
        await next(context);
        var request = context.Request;
        _requests.Enqueue(new RecordedRequest(
            new Uri($"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}"),
            request.Headers.Where(h => !h.Key.StartsWith(':')).Select(h => (h.Key, h.Value.ToString())).ToList(),
            body.ToArray(),
            HttpProtocol.IsHttp2(request.Protocol) ? HttpVersion.Version20 : HttpVersion.Version11,
            context.Response.StatusCode,
            request.ContentType == "application/grpc" ? "0" : null));
    }
}

/// <param name="Status">What the app answered.</param>
/// <param name="GrpcStatus">What it must answer to a repeat; null for a call that is not gRPC.</param>
internal sealed record RecordedRequest(Uri Address, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body, Version Version, int Status, string? GrpcStatus)
{
    public string Path => Address.AbsolutePath;

    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(Body), Version = Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var (name, value) in Headers)
        {
            if (name is not ("Host" or "Connection" or "Transfer-Encoding" or "Content-Length" or "Keep-Alive") && !message.Headers.TryAddWithoutValidation(name, value))
                message.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }
}
