using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Access;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    UseStringEnumConverter = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ProjectSettingsDocument))]
[JsonSerializable(typeof(StoredSettings))]
internal sealed partial class ProjectSettingsJson : JsonSerializerContext;
