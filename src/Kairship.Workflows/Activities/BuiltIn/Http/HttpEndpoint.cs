using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>
/// Waits for a request, or starts the workflow by one. What the request brought is in its stimulus; the server knows the options from the trigger's data or from the inputs
/// of the one who waits. A response is not this activity's: see <see cref="WriteHttpResponse"/>.
/// </summary>
internal sealed class HttpEndpoint : ControlActivity, ITrigger
{
    private static readonly string[] Offered = ["GET", "POST", "PUT", "HEAD", "DELETE"];

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.HttpEndpoint", "HTTP", "Wait for an inbound HTTP request that matches the specified path and methods.")
        .WithInput(new InputDescriptor("Path", "String", "The path to associate with the workflow.", IsRequired: true))
        .WithInput(new InputDescriptor("SupportedMethods", "List<String>", "The HTTP methods to accept.", "checklist", Options: Offered))
        .WithInput(new InputDescriptor("Authorize", "Boolean", "Allow authenticated requests only.", "checkbox", Category: "Security"))
        .WithInput(new InputDescriptor("Policy", "String", "Provide a policy to evaluate. If the policy fails, the request is forbidden.", Category: "Security"))
        .WithInput(new InputDescriptor("RequestTimeout", "TimeSpan", "The maximum time allowed to process the request.", Category: "Upload"))
        .WithInput(new InputDescriptor("RequestSizeLimit", "Int64", "The maximum request size allowed in bytes.", Category: "Upload"))
        .WithInput(new InputDescriptor("FileSizeLimit", "Int64", "The maximum file size allowed in bytes for an individual file.", Category: "Upload"))
        .WithInput(Files("AllowedFileExtensions", "Only file extensions in this list are allowed. Leave empty to allow all extensions"))
        .WithInput(Files("BlockedFileExtensions", "File extensions in this list are forbidden. Leave empty to not block any extension."))
        .WithInput(Files("AllowedMimeTypes", "Only MIME types in this list are allowed. Leave empty to allow all types"))
        .WithInput(Exposed("ExposeRequestTooLargeOutcome", "Request too large"))
        .WithInput(Exposed("ExposeFileTooLargeOutcome", "File too large"))
        .WithInput(Exposed("ExposeInvalidFileExtensionOutcome", "Invalid file extension"))
        .WithInput(Exposed("ExposeInvalidFileMimeTypeOutcome", "Invalid file MIME type"))
        .WithOutput(new OutputDescriptor("ParsedContent", "Object", "The parsed request content, if any."))
        .WithOutput(new OutputDescriptor("Files", "FormFile[]", "The uploaded files, if any."))
        .WithOutput(new OutputDescriptor("File", "FormFile", "The first uploaded file, if any."))
        .WithOutput(new OutputDescriptor("RouteData", "ObjectDictionary", "The parsed route data, if any."))
        .WithOutput(new OutputDescriptor("QueryStringData", "ObjectDictionary", "The querystring data, if any."))
        .WithOutput(new OutputDescriptor("Headers", "ObjectDictionary", "The headers, if any."))
        .WithOutput(new OutputDescriptor("Result", "HttpRequest")) with { DisplayName = "HTTP Endpoint", Kind = ActivityKind.Trigger };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope)
    {
        var route = HttpRoute.Parse(InputValues.Text(node.Evaluate("Path", scope)));
        var data = new JsonObject();
        foreach (var option in HttpEndpointOptions.Inputs)
        {
            data[option] = node.Evaluate(option, scope)?.DeepClone();
        }

        return [.. Methods(node.Evaluate("SupportedMethods", scope)).Select(m => new TriggerStimulus(route.Stimulus(m), (JsonObject)data.DeepClone()))];
    }

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy is { } trigger)
        {
            Resumed(context, trigger);
            return;
        }

        // The inputs stay in the snapshot: the server reads its options there.
        var inputs = context.Inputs;
        var route = HttpRoute.Parse(InputValues.Text(inputs["Path"]));
        context.Wait([.. Methods(inputs["SupportedMethods"]).Select(route.Stimulus)], null);
    }

    public override void Resumed(ControlContext context, Stimulus? stimulus)
    {
        var request = stimulus?.Payload as JsonObject ?? [];
        var path = InputValues.Text(request["path"]) ?? "";
        context.SetOutput("ParsedContent", request["content"]);
        context.SetOutput("RouteData", HttpRoute.Parse(InputValues.Text(context.EvaluateInput("Path"))).Values(path));
        context.SetOutput("QueryStringData", request["query"]);
        context.SetOutput("Headers", request["headers"]);
        context.SetOutput("Result", new JsonObject { ["method"] = request["method"]?.DeepClone(), ["path"] = path, ["contentType"] = request["contentType"]?.DeepClone() });
        if (InputValues.Text(request["id"]) is { Length: > 0 } id)
        {
            context.BeginRequest(id);
        }

        context.Complete();
    }

    private static IReadOnlyList<string> Methods(JsonNode? value)
    {
        var methods = InputValues.Texts(value).Select(m => m.Trim().ToUpperInvariant()).Distinct().ToList();
        return methods.All(m => m.Length is > 0 and <= 20 && m.All(char.IsAsciiLetterUpper))
            ? methods.Count == 0 ? ["GET"] : methods
            : throw new ExpressionException("Input 'supportedMethods' is a list of HTTP methods such as [\"GET\", \"POST\"].");
    }

    private static InputDescriptor Files(string name, string description) => new(name, "List<String>", description, "multitext", Category: "Upload");

    private static InputDescriptor Exposed(string name, string outcome) =>
        new(name, "Boolean", $"A value indicating whether to expose the \"{outcome}\" outcome.", "checkbox", IsWrapped: false, Category: "Outcomes");
}

/// <summary>The inputs of an endpoint that whoever receives requests must know before anything runs.</summary>
public static class HttpEndpointOptions
{
    public static IReadOnlyList<string> Inputs { get; } = ["Authorize", "Policy", "RequestTimeout", "RequestSizeLimit"];
}
