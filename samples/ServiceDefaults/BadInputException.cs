namespace TechCorp.Samples;

/// <summary>Something the user can mend: what is wrong, with what, and what next, in one line.</summary>
public sealed class BadInputException(string message) : Exception(message);
