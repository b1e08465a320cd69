using System.Text.Json;
using System.Text.Json.Serialization;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>Stores what several spans know of one call.</summary>
internal static partial class LayeredCallCodec
{
    public static string? Encode(LayeredCall? call) => call is null ? null : JsonSerializer.Serialize(call, CallContext.Default.LayeredCall);

    public static LayeredCall? Decode(string? json) => json is null ? null : JsonSerializer.Deserialize(json, CallContext.Default.LayeredCall);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, IgnoreReadOnlyProperties = true)]
    [JsonSerializable(typeof(LayeredCall))]
    private sealed partial class CallContext : JsonSerializerContext;
}
