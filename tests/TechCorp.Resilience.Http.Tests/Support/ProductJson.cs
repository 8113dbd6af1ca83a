using System.Text.Json.Serialization;

namespace TechCorp.Resilience.Http.Tests;

[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(IEnumerable<Product>))]
internal sealed partial class ProductJson : JsonSerializerContext;
