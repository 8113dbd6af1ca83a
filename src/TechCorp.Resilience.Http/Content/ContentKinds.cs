using System.Net.Http.Json;

namespace TechCorp.Resilience.Http;

/// <summary>What is known about the types of contents.</summary>
internal static class ContentKinds
{
    internal static ContentKind Of(HttpContent? content) => content switch
    {
        null => ContentKind.HoldsBytes,
        MultipartContent parts => Of(parts),
        ByteArrayContent or ReadOnlyMemoryContent => HasFixedType(content) ? ContentKind.HoldsBytes : ContentKind.MakesBytes,
        JsonContent => ContentKind.MakesBytes,
        _ => ContentKind.Once,
    };

    private static ContentKind Of(MultipartContent parts)
    {
        var worst = HasFixedType(parts) ? ContentKind.HoldsBytes : ContentKind.MakesBytes;
        foreach (var part in parts)
        {
            var kind = Of(part);
            worst = kind > worst ? kind : worst;
        }

        return worst;
    }

    // A derived type may write something else each time.
    private static bool HasFixedType(HttpContent content)
        => content.GetType() == typeof(ByteArrayContent) || content.GetType() == typeof(StringContent) || content.GetType() == typeof(FormUrlEncodedContent)
        || content.GetType() == typeof(ReadOnlyMemoryContent) || content.GetType() == typeof(MultipartContent)
        || content.GetType() == typeof(MultipartFormDataContent);
}
