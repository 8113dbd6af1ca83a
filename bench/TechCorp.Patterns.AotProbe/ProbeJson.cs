using System.Text.Json.Serialization;

namespace TechCorp.Patterns.AotProbe;

[JsonSerializable(typeof(Receipt))]
internal sealed partial class ProbeJson : JsonSerializerContext;
