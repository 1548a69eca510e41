using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Applications;

/// <summary>Reads the fields of one object. What was asked for is what is known; the rest is refused with the nearest known name.</summary>
internal sealed class FieldReader
{
    private readonly JsonObject _fields;
    private readonly string _path;
    private readonly List<ApplicationProblem> _problems;
    private readonly List<string> _known = [];

    private FieldReader(JsonObject fields, string path, List<ApplicationProblem> problems) => (_fields, _path, _problems) = (fields, path, problems);

    public static T? Read<T>(JsonNode? node, string path, List<ApplicationProblem> problems, Func<FieldReader, T> read)
        where T : class
    {
        if (node is not JsonObject fields)
        {
            problems.Add(new ApplicationProblem(path, $"must be an object, not {Show(node)}."));
            return null;
        }

        var reader = new FieldReader(fields, path, problems);
        var result = read(reader);
        reader.RefuseUnknown();
        return result;
    }

    public bool Has(string name) => Take(name) is not null;

    public void Problem(string name, string message) => _problems.Add(new ApplicationProblem(PathOf(name), message));

    public T? Object<T>(string name, Func<FieldReader, T> read)
        where T : class => Take(name) is { } node ? Read(node, PathOf(name), _problems, read) : null;

    public IReadOnlyList<T>? Objects<T>(string name, Func<FieldReader, T> read)
        where T : class => Items(name)?.Select((item, i) => Read(item, $"{PathOf(name)}[{i}]", _problems, read)).OfType<T>().ToList();

    public string? Text(string name) => Take(name) is { } node ? Text(node, PathOf(name)) : null;

    public string Required(string name)
    {
        if (Text(name) is { Length: > 0 } text)
        {
            return text;
        }

        if (!_problems.Exists(p => p.Path == PathOf(name)))
        {
            Problem(name, "is missing; it must be a text.");
        }

        return "";
    }

    public IReadOnlyList<string>? Texts(string name) => Items(name)?.Select((item, i) => Text(item, $"{PathOf(name)}[{i}]")).OfType<string>().ToList();

    public IReadOnlyDictionary<string, string>? TextMap(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is not JsonObject map)
        {
            Problem(name, $"must be an object of texts, not {Show(node)}.");
            return null;
        }

        return map.Select(entry => (entry.Key, Value: Text(entry.Value, $"{PathOf(name)}['{entry.Key}']")))
            .Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!);
    }

    public int? Number(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node.GetValueKind() == JsonValueKind.Number && int.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Problem(name, $"must be a whole number, not {Show(node)}.");
        return null;
    }

    public IReadOnlyList<int>? Numbers(string name)
    {
        if (Items(name) is not { } items)
        {
            return null;
        }

        var numbers = new List<int>();
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is JsonValue value && int.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
            else
            {
                _problems.Add(new ApplicationProblem($"{PathOf(name)}[{i}]", $"must be a whole number, not {Show(items[i])}."));
            }
        }

        return numbers;
    }

    public bool Flag(string name)
    {
        if (Take(name) is not { } node)
        {
            return false;
        }

        if (node.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
        {
            return node.GetValue<bool>();
        }

        Problem(name, $"must be true or false, not {Show(node)}.");
        return false;
    }

    /// <summary>Whatever is there; null where there is nothing.</summary>
    public JsonNode? Node(string name) => Take(name)?.DeepClone();

    /// <summary>A number or a text, as text.</summary>
    public string? NumberOrText(string name) =>
        Take(name) is { } node && node.GetValueKind() == JsonValueKind.Number ? node.ToJsonString() : Text(name);

    /// <summary>A Go duration, or a number of seconds as Argo Rollouts also takes it.</summary>
    public TimeSpan? Duration(string name)
    {
        if (NumberOrText(name) is not { } text)
        {
            return null;
        }

        if (GoDuration.TryParse(_fields[name]!.GetValueKind() == JsonValueKind.Number ? $"{text}s" : text, out var duration))
        {
            return duration;
        }

        Problem(name, $"'{text}' is not {GoDuration.Rule}.");
        return null;
    }

    public T Choice<T>(string name, T fallback)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        Problem(name, $"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>())}.");
        return fallback;
    }

    private List<JsonNode?>? Items(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is JsonArray items)
        {
            return items.ToList();
        }

        Problem(name, $"must be a list, not {Show(node)}.");
        return null;
    }

    private JsonNode? Take(string name)
    {
        if (!_known.Contains(name))
        {
            _known.Add(name);
        }

        return _fields[name];
    }

    private string? Text(JsonNode? node, string path)
    {
        if (node is JsonValue value && value.TryGetValue<string>(out var text))
        {
            return text;
        }

        var quote = node is JsonValue ? "; put it in quotes" : "";
        _problems.Add(new ApplicationProblem(path, $"must be a text, not {Show(node)}{quote}."));
        return null;
    }

    private void RefuseUnknown()
    {
        foreach (var (name, _) in _fields.Where(field => !_known.Contains(field.Key)))
        {
            var nearest = Spelling.Nearest(name, _known) is { } near ? $"did you mean '{near}'? " : "";
            Problem(name, $"is not a known field; {nearest}Known here: {string.Join(", ", _known)}.");
        }
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private static string Show(JsonNode? node) => node is null ? "empty" : YamlScalars.Shorten(node.ToJsonString(CanonicalWriter.Relaxed));
}
