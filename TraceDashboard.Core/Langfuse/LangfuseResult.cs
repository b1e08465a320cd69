using System.Globalization;
using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Langfuse;

/// <summary>What became of one event.</summary>
/// <param name="Id">Of the envelope.</param>
/// <param name="Status">201, or why not: 400, 401 or 500.</param>
/// <param name="Error">What is wrong with it; null when it was taken.</param>
internal readonly record struct LangfuseAnswer(string Id, int Status, string? Error = null);

/// <summary>Answers in Langfuse's forms.</summary>
internal sealed class LangfuseResult : IResult
{
    private const string InvalidRequest = "Invalid request data";

    private readonly int _statusCode;
    private readonly byte[] _body;
    private readonly TimeSpan? _retryAfter;

    private LangfuseResult(int statusCode, JsonBuffer body, TimeSpan? retryAfter = null) => (_statusCode, _body, _retryAfter) = (statusCode, body.ToArray(), retryAfter);

    /// <summary>207 with what became of each event.</summary>
    public static LangfuseResult Multi(List<LangfuseAnswer> answers)
    {
        var body = new JsonBuffer();
        body.Write("{\"successes\":["u8);
        var first = true;
        foreach (var answer in answers)
        {
            if (answer.Error is not null)
                continue;
            Begin(body, answer, ref first);
            body.Write((byte)'}');
        }

        body.Write("],\"errors\":["u8);
        first = true;
        foreach (var answer in answers)
        {
            if (answer.Error is null)
                continue;
            Begin(body, answer, ref first);
            body.Write(",\"message\":"u8);
            body.WriteString(answer.Status switch
            {
                StatusCodes.Status400BadRequest => InvalidRequest,
                StatusCodes.Status401Unauthorized => "Authentication error",
                _ => "Internal Server Error",
            });
            body.Write(",\"error\":"u8);
            body.WriteString(answer.Error);
            body.Write((byte)'}');
        }

        body.Write("]}"u8);
        return new LangfuseResult(StatusCodes.Status207MultiStatus, body);
    }

    /// <summary>400: the request as a whole is not what it should be.</summary>
    public static LangfuseResult Invalid(params ReadOnlySpan<string> errors)
    {
        var body = new JsonBuffer();
        body.Write("{\"message\":"u8);
        body.WriteString(InvalidRequest);
        body.Write(",\"error\":\"InvalidRequestError\",\"errors\":["u8);
        for (var i = 0; i < errors.Length; i++)
        {
            if (i > 0)
                body.Write((byte)',');
            body.WriteString(errors[i]);
        }

        body.Write("]}"u8);
        return new LangfuseResult(StatusCodes.Status400BadRequest, body);
    }

    public static LangfuseResult Failure(int statusCode, string message, TimeSpan? retryAfter = null)
    {
        var body = new JsonBuffer();
        body.Write("{\"message\":"u8);
        body.WriteString(message);
        body.Write(",\"error\":"u8);
        body.WriteString(statusCode switch
        {
            StatusCodes.Status401Unauthorized => "UnauthorizedError",
            StatusCodes.Status403Forbidden => "ForbiddenError",
            StatusCodes.Status404NotFound => "LangfuseNotFoundError",
            StatusCodes.Status413PayloadTooLarge => "PayloadTooLargeError",
            StatusCodes.Status503ServiceUnavailable => "ServiceUnavailableError",
            _ => "InvalidRequestError",
        });
        body.Write((byte)'}');
        return new LangfuseResult(statusCode, body, retryAfter);
    }

    public static Task WriteFailureAsync(HttpContext context, int statusCode, string message) => Failure(statusCode, message).ExecuteAsync(context);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _statusCode;
        response.ContentType = "application/json";
        response.ContentLength = _body.Length;
        if (_retryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await response.Body.WriteAsync(_body, httpContext.RequestAborted);
    }

    private static void Begin(JsonBuffer body, LangfuseAnswer answer, ref bool first)
    {
        body.Write(first ? "{\"id\":"u8 : ",{\"id\":"u8);
        first = false;
        body.WriteString(answer.Id);
        body.Write(",\"status\":"u8);
        body.WriteLong(answer.Status);
    }
}
