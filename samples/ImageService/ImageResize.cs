namespace ImageService;

/// <summary>A job: create these sizes of this image.</summary>
public sealed record ImageResize(string ImageId, IReadOnlyList<string> Sizes);
