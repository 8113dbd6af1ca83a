using System.Text.Json.Serialization;

namespace TechCorp.Resilience.Tests;

[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(int?))]
internal sealed partial class ShopJson : JsonSerializerContext;
