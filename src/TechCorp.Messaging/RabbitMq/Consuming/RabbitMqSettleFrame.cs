namespace TechCorp.Messaging;

/// <summary>One settle as it goes on the wire; <paramref name="Multiple"/> settles every unsettled tag up to this one.</summary>
internal readonly record struct RabbitMqSettleFrame(ulong Tag, Settlement Settlement, bool Multiple);
