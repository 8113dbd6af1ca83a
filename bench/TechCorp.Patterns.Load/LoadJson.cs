using System.Text.Json;
using System.Text.Json.Serialization;

namespace TechCorp.Patterns.Load;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LoadEvent))]
internal sealed partial class LoadJson : JsonSerializerContext;
