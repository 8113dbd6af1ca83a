using System.Text.Json.Serialization;

namespace ImageService;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImageResize))]
internal sealed partial class ImageJson : JsonSerializerContext;
