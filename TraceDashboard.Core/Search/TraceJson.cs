using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Search;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 512)]
[JsonSerializable(typeof(TraceListResponse))]
[JsonSerializable(typeof(TraceResponse))]
[JsonSerializable(typeof(string))]
internal sealed partial class TraceJson : JsonSerializerContext;
