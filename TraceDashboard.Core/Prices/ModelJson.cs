using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Prices;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AddModelPriceRequest))]
[JsonSerializable(typeof(ChangeModelPriceRequest))]
[JsonSerializable(typeof(ModelPriceListResponse))]
[JsonSerializable(typeof(ModelListResponse))]
[JsonSerializable(typeof(RecomputationListResponse))]
internal sealed partial class ModelJson : JsonSerializerContext;
