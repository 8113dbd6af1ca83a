namespace ImageService;

/// <summary>An event: the sizes of this image were written, perhaps again.</summary>
public sealed record ImageChanged(string ImageId);
