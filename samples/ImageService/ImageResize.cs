namespace ImageService;

/// <summary>The seed's job: make these sizes of this image.</summary>
public sealed record ImageResize(string ImageId, IReadOnlyList<string> Sizes);
