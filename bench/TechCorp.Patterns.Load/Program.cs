using System.CommandLine;
using TechCorp.Messaging;
using TechCorp.Patterns.Load;

var server = new Option<string>("--rabbitmq") { Description = "AMQP URI of the server; default: TECHCORP_RABBITMQ.", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TECHCORP_RABBITMQ") ?? "", Recursive = true };
var kind = new Option<QueueKind>("--queue") { Description = "classic or quorum.", DefaultValueFactory = _ => QueueKind.Quorum, Recursive = true };
var pairs = new Option<int>("--pairs") { Description = "How often both sides run, in turns.", DefaultValueFactory = _ => 9, Recursive = true };
var messages = new Option<int>("--messages") { Description = "Messages of each side in each pair.", DefaultValueFactory = _ => 30_000, Recursive = true };
var window = new Option<int>("--window") { Description = "Unconfirmed publishes at most.", DefaultValueFactory = _ => 256, Recursive = true };

var publish = new Command("publish", "Confirmed publishing beside RabbitMQ.Client with its own tracking.");
publish.SetAction((parsed, _) => LoadProgram.GuardAsync(parsed.GetValue(server)!, uri => PublishCommand.RunAsync(uri, parsed.GetValue(kind), parsed.GetValue(pairs), parsed.GetValue(messages), parsed.GetValue(window))));

var root = new RootCommand("Load on a RabbitMQ of this machine, ours beside the raw client. Each command ends with one RESULT line.") { server, kind, pairs, messages, window, publish };
return await LoadProgram.InvokeAsync(root, args);
