using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Workflows.Definitions;

/// <summary>Compiles an activity and, first, everything inside it.</summary>
internal sealed class ActivityBuilder(Compilation run)
{
    private static readonly HashSet<string> OwnProperties = new(StringComparer.OrdinalIgnoreCase)
    {
        "id", "nodeId", "name", "type", "version", "customProperties", "metadata", "runAsynchronously", "canStartWorkflow", "source", "synthetic", "_type",
        "missingTypeName", "missingTypeVersion", "originalActivityJson",
        "workflowDefinitionId", "workflowDefinitionVersionId", "latestAvailablePublishedVersion", "latestAvailablePublishedVersionId",
    };

    /// <summary>The activity compiled, or null when it does not; why is among the problems.</summary>
    public ActivityNode? Build(JsonObject json, string parentNodeId, VariableScope scope, int depth)
    {
        var index = run.Nodes.Count;
        run.Nodes.Add(null);
        if (!IsWithinLimits(json, depth))
        {
            return null;
        }

        json = ActivityOriginal.Restore(json, run.Registry);
        var id = Id(json);
        var activity = Type(json, id);
        if (id is null || activity is null)
        {
            BuildChildrenOfUnknown(json, parentNodeId, scope, depth);
            return null;
        }

        WarnUnknownProperties(json, id, activity.Descriptor);
        scope = run.Compensations.Contains(id) ? scope.ForCompensation() : scope;
        var node = Node(json, id, activity, index, $"{parentNodeId}:{id}", scope, depth);
        AdoptAll(node, index);
        run.Nodes[index] = node;
        return node;
    }

    private void AdoptAll(ActivityNode node, int index)
    {
        foreach (var child in node.Children.Values.SelectMany(list => list))
        {
            child.Parent = node;
        }

        // Compensations are among nobody's children. They were built after their container began and have no parent yet.
        foreach (var compensation in run.Nodes.Skip(index + 1).OfType<ActivityNode>().Where(n => n.Parent is null && n.Id != node.Policy.Compensation && run.Compensations.Contains(n.Id)))
        {
            compensation.Parent = node;
        }
    }

    /// <summary>An embedded compensation is built like one that stands beside the activity.</summary>
    private string? Compensation(JsonObject json, string parentNodeId, VariableScope scope, int depth)
    {
        if (ActivityPolicyBinding.EmbeddedCompensation(json) is not { } embedded)
        {
            return ActivityPolicyBinding.NamedCompensation(json);
        }

        if (DefinitionJson.Text(embedded["id"]) is { } id)
        {
            run.Compensations.Add(id);
        }

        return Build(embedded, parentNodeId, scope, depth + 1)?.Id;
    }

    private ActivityNode Node(JsonObject json, string id, Activity activity, int index, string nodeId, VariableScope scope, int depth)
    {
        var descriptor = activity.Descriptor;
        var variables = Declarations.Variables(run, id, json["variables"]);
        var inner = variables.Count == 0 ? scope : new VariableScope(scope, variables);
        var binding = new ActivityBinding(run, json, id, descriptor, inner);
        var inputs = binding.Inputs();
        var children = Embedded(json, id, descriptor, nodeId, inner, depth);
        var cases = binding.Cases(child => Build(child, nodeId, inner, depth + 1));
        foreach (var branch in cases.Where(c => c.Activity is not null))
        {
            children[branch.Label] = [branch.Activity!];
        }

        foreach (var (code, branch) in binding.StatusCodes(child => Build(child, nodeId, inner, depth + 1)))
        {
            children[code] = [branch];
        }

        var policy = new ActivityPolicyBinding(run, json, id, activity).Bind(Compensation(json, nodeId[..nodeId.LastIndexOf(':')], scope, depth));
        return new ActivityNode
        {
            Index = index,
            Id = id,
            NodeId = nodeId,
            TypeName = descriptor.TypeName,
            Name = DefinitionJson.Text(json["name"]),
            DisplayText = DefinitionJson.Text((json["metadata"] as JsonObject)?["displayText"]),
            Activity = activity,
            CanStartWorkflow = CanStart(json),
            Log = LogPersistence.Of(json["customProperties"]),
            Inputs = inputs,
            PlainInputs = binding.PlainInputs(),
            Outputs = binding.Outputs(),
            Children = children,
            Variables = variables,
            MergeMode = MergeModes.Read(run, json, id, descriptor),
            ConvergesLoops = MergeModes.IsConverge(json, descriptor),
            Cases = cases,
            Outcomes = ActivityPorts.Outcomes(descriptor, inputs, cases)?.Union(policy.Exits).ToArray(),
            Policy = policy,
            Flowchart = ActivityPorts.IsFlowchart(descriptor)
                ? new FlowchartBuilder(run, id, json, [.. children.Values.SelectMany(list => list)]).Build()
                : null,
        };
    }

    private Dictionary<string, IReadOnlyList<ActivityNode>> Embedded(
        JsonObject json, string id, ActivityDescriptor descriptor, string nodeId, VariableScope scope, int depth)
    {
        var children = new Dictionary<string, IReadOnlyList<ActivityNode>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (port, list) in ActivityPorts.Embedded(run, json, id, descriptor))
        {
            var inside = port.Equals("Body", StringComparison.OrdinalIgnoreCase) ? scope.ForLoopBody() : scope.With(FlowchartSemantics.GivenInside(descriptor));
            children[port] = [.. list.Select(child => Build(child, nodeId, inside, depth + 1)).OfType<ActivityNode>().Where(child => !run.Compensations.Contains(child.Id))];
        }

        return children;
    }

    private bool IsWithinLimits(JsonObject json, int depth)
    {
        if (depth > Compilation.MaxDepth)
        {
            run.Error(DefinitionJson.Text(json["id"]), null, ProblemCode.TooDeep, $"Activities are nested deeper than {Compilation.MaxDepth}.");
            return false;
        }

        if (run.Nodes.Count == Compilation.MaxActivities + 1)
        {
            run.Error(null, null, ProblemCode.TooMany, $"The definition has more than {Compilation.MaxActivities} activities.");
        }

        return run.Nodes.Count <= Compilation.MaxActivities;
    }

    private string? Id(JsonObject json)
    {
        var id = DefinitionJson.Text(json["id"]);
        var type = DefinitionJson.Text(json["type"]) ?? "without a type";
        if (string.IsNullOrWhiteSpace(id))
        {
            run.Error(null, "id", ProblemCode.MissingId, $"An activity {type} has no id.");
            return null;
        }

        // Ids are joined by these to paths and keys.
        if (id.Length > 128 || id.Any(c => c is ':' or '/' || char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            run.Error(id, "id", ProblemCode.InvalidId, "An id has at most 128 characters and no colon, slash or white space.");
            return null;
        }

        if (!run.Ids.Add(id))
        {
            run.Error(id, "id", ProblemCode.DuplicateId, $"Two activities have the id '{id}': an id is unique in the whole definition.");
            return null;
        }

        run.ActivityNames.Add(id);
        if (DefinitionJson.Text(json["name"]) is { Length: > 0 } name)
        {
            run.ActivityNames.Add(name);
            if (!run.NamedActivities.TryAdd(name, id))
            {
                run.Warn(id, "name", ProblemCode.DuplicateName,
                    $"'{run.NamedActivities[name]}' is named '{name}', too: a script that reads an output by that name reads that of one of them.");
            }
        }

        return id;
    }

    private Activity? Type(JsonObject json, string? id)
    {
        var type = DefinitionJson.Text(json["type"]);
        if (string.IsNullOrWhiteSpace(type))
        {
            run.Error(id, "type", ProblemCode.MissingProperty, "The activity has no type, such as \"Elsa.WriteLine\".");
            return null;
        }

        if (!run.Registry.TryGet(type, out var activity))
        {
            return Workflow(json, id, type);
        }

        if (json["version"] is JsonValue v && v.TryGetValue<int>(out var version) && version > activity.Descriptor.Version)
        {
            run.Error(id, "version", ProblemCode.UnknownVersion,
                $"Version {version} of {activity.Descriptor.TypeName} is not known: the newest here is {activity.Descriptor.Version}.");
        }

        return activity;
    }

    /// <summary>A workflow used as an activity, by the version that saving the definition has written into it.</summary>
    private Activity? Workflow(JsonObject json, string? id, string type)
    {
        var version = DefinitionJson.Text(json["workflowDefinitionVersionId"]);
        if (version is { Length: > 0 } && run.Registry.TryGetWorkflow(version, out var workflow) && workflow is not null)
        {
            return workflow;
        }

        var missing = DefinitionJson.Text(json["missingTypeName"]) ?? type;
        var close = NearestName.Of(missing, run.Registry.Activities.Select(a => a.Descriptor.TypeName));
        run.Error(id, "type", ProblemCode.UnknownType, DefinitionJson.Text(json["workflowDefinitionId"]) is { Length: > 0 } definition
            ? $"'{type}' is the workflow '{definition}', of which there is no such published version here that is usable as an activity: publish it with usableAsActivity, then save this one again."
            : $"There is no activity type '{missing}'.{(close is null ? "" : $" Did you mean '{close}'?")}");
        return null;
    }

    /// <summary>So that the problems inside an unknown activity are told in the same run.</summary>
    private void BuildChildrenOfUnknown(JsonObject json, string parentNodeId, VariableScope scope, int depth)
    {
        foreach (var (_, child) in DefinitionJson.Children(json))
        {
            Build(child, $"{parentNodeId}:{DefinitionJson.Text(json["id"])}", scope.ForLoopBody(), depth + 1);
        }
    }

    private void WarnUnknownProperties(JsonObject json, string id, ActivityDescriptor descriptor)
    {
        var known = descriptor.Inputs.Select(i => i.Name).Concat(descriptor.Outputs.Select(o => o.Name)).Concat(descriptor.Ports.Select(p => p.Name)).ToArray();
        foreach (var (name, value) in json)
        {
            if (value is null || OwnProperties.Contains(name) || known.Contains(name, StringComparer.OrdinalIgnoreCase) || IsStructure(name, descriptor))
            {
                continue;
            }

            var close = NearestName.Of(name, known);
            run.Warn(id, name, ProblemCode.UnknownProperty,
                $"{descriptor.TypeName} has no input, output or port '{name}': it is ignored.{(close is null ? "" : $" Did you mean '{JsonNamingPolicy.CamelCase.ConvertName(close)}'?")}");
        }
    }

    private static bool IsStructure(string name, ActivityDescriptor descriptor) =>
        name is "variables" or "activities" or "branches" || ActivityPorts.IsFlowchart(descriptor) && name is "connections" or "start";

    private static bool CanStart(JsonObject json) =>
        (json["customProperties"] as JsonObject)?["canStartWorkflow"] is JsonValue v && v.GetValueKind() == JsonValueKind.True
        || json["canStartWorkflow"] is JsonValue own && own.GetValueKind() == JsonValueKind.True;
}
