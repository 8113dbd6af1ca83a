namespace TechCorp.Samples;

/// <summary>An error that the user can correct. The message says in one line what is wrong, and what to do.</summary>
public sealed class BadInputException(string message) : Exception(message);
