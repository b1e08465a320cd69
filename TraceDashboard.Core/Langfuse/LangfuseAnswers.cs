using System.Globalization;
using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Langfuse;

/// <summary>What became of each event of a batch, written as it becomes known.</summary>
internal sealed class LangfuseAnswers
{
    /// <summary>Errors that are told; the others are counted.</summary>
    private const int MostErrors = 100;

    private readonly JsonBuffer _successes = new();
    private readonly JsonBuffer _errors = new();
    private int _failed;

    /// <param name="tooShort">Elements of the batch that cannot be events.</param>
    public LangfuseAnswers(int tooShort)
    {
        if (tooShort > 0)
        {
            Fail(
                LangfuseEvent.UnknownId, StatusCodes.Status400BadRequest,
                string.Create(CultureInfo.InvariantCulture, $"The event must be a JSON object with id, timestamp, type and body. So must {tooShort - 1} others that are as short."));
        }
    }

    public void Succeed(string id)
    {
        Begin(_successes, id, StatusCodes.Status201Created);
        _successes.Write((byte)'}');
    }

    public void Fail(string id, int status, string error)
    {
        if (++_failed <= MostErrors)
            Write(id, status, error);
    }

    public JsonBuffer ToJson()
    {
        if (_failed > MostErrors)
            Write(LangfuseEvent.UnknownId, StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"{_failed - MostErrors} more events were not taken."));
        var body = new JsonBuffer();
        body.Write("{\"successes\":["u8);
        body.Write(_successes.Written);
        body.Write("],\"errors\":["u8);
        body.Write(_errors.Written);
        body.Write("]}"u8);
        return body;
    }

    private void Write(string id, int status, string error)
    {
        Begin(_errors, id, status);
        _errors.Write(",\"message\":"u8);
        _errors.WriteString(status switch
        {
            StatusCodes.Status400BadRequest => LangfuseResult.InvalidRequest,
            StatusCodes.Status401Unauthorized => "Authentication error",
            _ => "Internal Server Error",
        });
        _errors.Write(",\"error\":"u8);
        _errors.WriteString(error);
        _errors.Write((byte)'}');
    }

    private static void Begin(JsonBuffer target, string id, int status)
    {
        target.Write(target.Length == 0 ? "{\"id\":"u8 : ",{\"id\":"u8);
        target.WriteString(id);
        target.Write(",\"status\":"u8);
        target.WriteLong(status);
    }
}
