using System.Text.Json.Serialization;

namespace ImageService;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImageResize))]
[JsonSerializable(typeof(ImageChanged))]
internal sealed partial class ImageJson : JsonSerializerContext;
