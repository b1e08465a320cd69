using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TraceDashboard.Core.Api;

/// <summary>The path and the query that a request asks for.</summary>
public static class RequestTarget
{
    /// <summary>Refuses what no id, name or search can be: bytes that are not UTF-8, and NUL.</summary>
    public static void UseTargetCheck(this IApplicationBuilder app) => app.Use(static (context, next) =>
        IsText(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)
            ? next(context)
            : throw new RequestRefusedException(StatusCodes.Status400BadRequest, "The address must be UTF-8, percent-encoded, without NUL."));

    internal static bool IsText(string target)
    {
        if (!target.Contains('%', StringComparison.Ordinal))
            return true;
        Span<byte> bytes = target.Length <= 1024 ? stackalloc byte[target.Length] : new byte[target.Length];
        var length = 0;
        for (var i = 0; i < target.Length; i++)
        {
            if (target[i] == '%' && i + 2 < target.Length && char.IsAsciiHexDigit(target[i + 1]) && char.IsAsciiHexDigit(target[i + 2]))
            {
                bytes[length++] = (byte)((Digit(target[i + 1]) << 4) | Digit(target[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = char.IsAscii(target[i]) ? (byte)target[i] : (byte)'?';
            }
        }

        return Utf8.IsValid(bytes[..length]) && !bytes[..length].Contains((byte)0);
    }

    private static int Digit(char hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
