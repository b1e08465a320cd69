using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Media in Langfuse's API: a client announces a file, puts it where it is told, and reports how that went.</summary>
internal static class LangfuseMediaEndpoints
{
    private const int HashLength = 44;

    public static void MapLangfuseMedia(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/public/media").WithMetadata(new AccessErrorWriter(LangfuseResult.WriteFailureAsync)).ExcludeFromDescription();
        api.MapPost("", ClaimAsync).RequireApiKey(ApiKeyScopes.Ingest).TakesJson().TakesOtherOrigins();
        api.MapPatch("/{mediaId}", ReportAsync).RequireApiKey(ApiKeyScopes.Ingest).TakesJson().TakesOtherOrigins();
        api.MapGet("/{mediaId}", GetAsync).RequireApiKey(ApiKeyScopes.Read);
        api.MapPut("/{mediaId}/content", UploadAsync).AllowAnonymous().TakesOtherOrigins();
        api.MapGet("/{mediaId}/content", DownloadAsync).AllowAnonymous();
    }

    private static async Task<IResult> ClaimAsync(HttpContext context, MediaStore media, MediaAddresses addresses, ProjectSettingsStore settings, IOptions<MediaOptions> options)
    {
        var errors = new List<string>();
        if (await ReadAsync(context, options.Value, errors) is not { } claim)
            return LangfuseResult.Invalid([.. errors]);
        var projectId = context.GetProjectId();
        bool isKept;
        try
        {
            isKept = await settings.GetPolicyAsync(projectId, context.RequestAborted) is not { } policy || policy.KeepsMedia(claim.TraceId);
        }
        catch (UnavailableException e)
        {
            return LangfuseResult.Failure(StatusCodes.Status503ServiceUnavailable, e.Message, e.RetryAfter);
        }

        var file = isKept ? await media.ClaimAsync(projectId, claim, context.RequestAborted) : null;
        return TypedResults.Json(new JsonObject
        {
            // Null says that there is nothing to upload: it is there already, its trace was deleted, or the project keeps no contents of it.
            ["uploadUrl"] = file is { UploadedAt: null } ? Absolute(context, addresses.Upload(projectId, file.MediaId)) : null,
            ["mediaId"] = claim.MediaId,
        });
    }

    /// <summary>What the client says of its upload is already known, because it came here.</summary>
    private static async Task<IResult> ReportAsync(HttpContext context, MediaStore media, string mediaId) =>
        await media.FindAsync(context.GetProjectId(), mediaId, context.RequestAborted) is null ? NotFound() : TypedResults.Json(new JsonObject());

    private static async Task<IResult> GetAsync(HttpContext context, MediaStore media, MediaAddresses addresses, string mediaId)
    {
        var projectId = context.GetProjectId();
        if (await media.FindAsync(projectId, mediaId, context.RequestAborted) is not { UploadedAt: { } uploadedAt } file)
            return NotFound();
        var (path, expires) = addresses.Download(projectId, mediaId);
        return TypedResults.Json(new JsonObject
        {
            ["mediaId"] = file.MediaId,
            ["contentType"] = file.ContentType,
            ["contentLength"] = file.Length,
            ["uploadedAt"] = Iso8601.Format(UnixNanos.FromDateTimeOffset(uploadedAt)),
            ["url"] = Absolute(context, path),
            ["urlExpiry"] = Iso8601.Format(UnixNanos.FromDateTimeOffset(expires)),
        });
    }

    private static async Task<IResult> UploadAsync(HttpContext context, MediaStore media, MediaAddresses addresses, IOptions<MediaOptions> options, string mediaId, string? token)
    {
        if (addresses.ReadUpload(mediaId, token) is not { } projectId)
            return Refused();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxBytes;
        try
        {
            return await media.UploadAsync(projectId, mediaId, context.Request.Body, context.RequestAborted) switch
            {
                MediaUploadOutcome.Stored => TypedResults.Ok(),
                MediaUploadOutcome.Different => LangfuseResult.Invalid("The file has not the contentLength and sha256Hash that were announced."),
                _ => NotFound(),
            };
        }
        catch (BadHttpRequestException e)
        {
            return LangfuseResult.Failure(e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }

    private static async Task<IResult> DownloadAsync(HttpContext context, MediaStore media, MediaAddresses addresses, string mediaId, string? token)
    {
        if (addresses.ReadDownload(mediaId, token) is not { } projectId)
            return Refused();
        if (await media.FindAsync(projectId, mediaId, context.RequestAborted) is not { UploadedAt: { } uploadedAt } file || media.Open(projectId, mediaId) is not { } content)
            return NotFound();

        // Whoever sent it decided what it is: nothing of it may run on this origin.
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "private, max-age=3600, immutable";
        return TypedResults.Stream(content, file.ContentType, MediaTypes.IsShown(file.ContentType) ? null : file.MediaId, uploadedAt, enableRangeProcessing: true);
    }

    private static async Task<MediaClaim?> ReadAsync(HttpContext context, MediaOptions options, List<string> errors)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } body)
                return Read(body, options, errors);
        }
        catch (JsonException)
        {
            // Said below.
        }

        errors.Add("The body must be a JSON object.");
        return null;
    }

    private static MediaClaim? Read(JsonElement body, MediaOptions options, List<string> errors)
    {
        var traceId = String("traceId") ?? "";
        if (!Ids.IsValid(traceId))
            errors.Add($"traceId {Ids.Rule}.");
        var spanId = String("observationId");
        if (spanId is not null && !Ids.IsValid(spanId))
            errors.Add($"observationId {Ids.Rule}, or be absent.");
        var field = String("field") ?? "";
        if (field is not ("input" or "output" or "metadata"))
            errors.Add("field must be input, output or metadata.");
        var type = String("contentType") ?? "";
        if (!MediaTypes.IsAccepted(type))
            errors.Add($"contentType '{StorableText.Shorten(type, 100)}' is not taken; for what is not known send application/octet-stream.");
        var length = body.TryGetProperty("contentLength", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var bytes) ? bytes : 0;
        if (length < 1 || length > options.MaxBytes)
            errors.Add($"contentLength must be between 1 and {options.MaxBytes} (Media:MaxBytes).");
        var hash = String("sha256Hash") ?? "";
        if (hash.Length != HashLength || !Convert.TryFromBase64String(hash, new byte[HashLength], out var hashBytes) || hashBytes != 32)
            errors.Add("sha256Hash must be the SHA-256 of the file in base64.");
        return errors.Count == 0 ? new MediaClaim(traceId, spanId, field, type.ToLowerInvariant(), length, hash) : null;

        string? String(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static string Absolute(HttpContext context, string path) => $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}{path}";

    private static LangfuseResult NotFound() => LangfuseResult.Failure(StatusCodes.Status404NotFound, "There is no such file in this project.");

    private static LangfuseResult Refused() => LangfuseResult.Failure(StatusCodes.Status403Forbidden, "The address is not one of this server, or no longer good. Ask for a new one.");
}
