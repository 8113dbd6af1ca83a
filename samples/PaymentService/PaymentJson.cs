using System.Text.Json.Serialization;

namespace PaymentService;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PaymentRetry))]
internal sealed partial class PaymentJson : JsonSerializerContext;
