using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Answers in Langfuse's forms.</summary>
internal sealed class LangfuseResult : IResult
{
    public const string InvalidRequest = "Invalid request data";

    private readonly int _statusCode;
    private readonly byte[] _body;

    private LangfuseResult(int statusCode, JsonBuffer body) => (_statusCode, _body) = (statusCode, body.ToArray());

    /// <summary>207 with what became of each event.</summary>
    public static LangfuseResult Multi(LangfuseAnswers answers) => new(StatusCodes.Status207MultiStatus, answers.ToJson());

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

    public static LangfuseResult Failure(int statusCode, string message)
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
        return new LangfuseResult(statusCode, body);
    }

    public static Task WriteFailureAsync(HttpContext context, int statusCode, string message) => Failure(statusCode, message).ExecuteAsync(context);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _statusCode;
        response.ContentType = "application/json";
        response.ContentLength = _body.Length;
        await response.Body.WriteAsync(_body, httpContext.RequestAborted);
    }
}
