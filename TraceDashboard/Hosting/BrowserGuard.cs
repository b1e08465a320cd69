using System.Net.Mime;
using System.Security.Cryptography;

namespace TraceDashboard.Hosting;

/// <summary>
/// What every answer tells browsers, so that text of a sender that got into a page as markup, against all care, still runs
/// nothing, loads nothing and sends nothing anywhere.
/// </summary>
internal static class BrowserGuard
{
    private static readonly object s_nonce = new();

    /// <summary>Also for what is told of an error: the headers are set when the answer begins, whoever writes it.</summary>
    public static void UseBrowserGuard(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Response.OnStarting(static state => SetHeaders((HttpContext)state), context);
        return next(context);
    });

    /// <summary>What inline scripts of this answer carry, to be told from those that somebody else put there.</summary>
    public static string GetScriptNonce(this HttpContext context)
    {
        if (context.Items[s_nonce] is not string nonce)
            context.Items[s_nonce] = nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return nonce;
    }

    private static Task SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";

        // An uploaded file has a stricter policy of its own.
        if (headers.ContentSecurityPolicy.Count == 0 && context.Response.ContentType?.StartsWith(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase) is true)
            headers.ContentSecurityPolicy = PolicyFor(context.GetScriptNonce());
        return Task.CompletedTask;
    }

    // Styles: MudBlazor and rows of ours set some as attributes. Media: sounds of a message come with it.
    private static string PolicyFor(string nonce) =>
        $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data:; " +
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
