using System.Text.Json.Serialization;

namespace TechCorp.Samples;

[JsonSerializable(typeof(StoredAnswer))]
internal sealed partial class StoredAnswerJson : JsonSerializerContext;
