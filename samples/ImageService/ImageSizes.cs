namespace ImageService;

/// <summary>The sizes, each with its longest edge in pixels.</summary>
internal static class ImageSizes
{
    internal static IReadOnlyDictionary<string, int> LongestEdge { get; } = new Dictionary<string, int>
    {
        ["thumbnail"] = 160,
        ["medium"] = 640,
        ["large"] = 1280,
    };
}
