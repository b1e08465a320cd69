using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Projects;
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
        if (await JsonBody.ReadObjectAsync(context, JsonBody.MaxBytes, json => Read(json, options.Value, errors)) is not { } claim)
            return LangfuseResult.Invalid([.. errors]);
        var projectId = context.GetProjectId();
        var isKept = await settings.GetPolicyAsync(projectId, context.RequestAborted) is not { } policy || policy.KeepsMedia(claim.TraceId);
        var file = isKept ? await media.ClaimAsync(projectId, claim, context.RequestAborted) : null;
        if (file is not null && file.Sha256 != claim.Sha256)
            return LangfuseResult.Failure(StatusCodes.Status409Conflict, "Another file of this project, which is stored already, has a hash that begins with the same 22 characters.");
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
            ["uploadedAt"] = Iso8601.Format(uploadedAt),
            ["url"] = Absolute(context, path),
            ["urlExpiry"] = Iso8601.Format(expires),
        });
    }

    private static async Task<IResult> UploadAsync(HttpContext context, MediaStore media, MediaAddresses addresses, Admission admission, IOptions<MediaOptions> options, string mediaId, string? token)
    {
        if (addresses.ReadUpload(mediaId, token) is not { } projectId)
            return Refused();
        using var room = admission.Enter(IncomingBody.CallerOf(context));
        room.Arrive(MediaStore.BufferSize);
        using var body = new IncomingBody(context, options.Value.MaxBytes, room: null);
        return await media.UploadAsync(projectId, mediaId, body.AsStream(), context.RequestAborted) switch
        {
            MediaUploadOutcome.Stored => TypedResults.Ok(),
            MediaUploadOutcome.Different => LangfuseResult.Invalid("The file has not the contentLength and sha256Hash that were announced."),
            _ => NotFound(),
        };
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
        var hash = new byte[SHA256.HashSizeInBytes];
        if (String("sha256Hash") is not { Length: HashLength } text || !Convert.TryFromBase64String(text, hash, out var hashBytes) || hashBytes != hash.Length)
            errors.Add("sha256Hash must be the SHA-256 of the file in base64.");

        // Bits that base64 leaves over may be set: of several ways to write a hash there is to be one.
        return errors.Count == 0 ? new MediaClaim(traceId, spanId, field, type.ToLowerInvariant(), length, Convert.ToBase64String(hash)) : null;

        string? String(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static string Absolute(HttpContext context, string path) => $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}{path}";

    private static LangfuseResult NotFound() => LangfuseResult.Failure(StatusCodes.Status404NotFound, "There is no such file in this project.");

    private static LangfuseResult Refused() => LangfuseResult.Failure(StatusCodes.Status403Forbidden, "The address is not one of this server, or no longer good. Ask for a new one.");
}
