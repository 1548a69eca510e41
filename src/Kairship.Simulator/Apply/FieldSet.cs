using System.Text.Json.Nodes;

namespace Kairship.Simulator.Apply;

/// <summary>A set of paths as a tree, the content of FieldsV1. A node is in the set when it is a member; its children are longer paths.</summary>
internal sealed class FieldSet
{
    readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>Whether the path that ends here is in the set.</summary>
    public bool Member { get; set; }

    public IReadOnlyDictionary<string, FieldSet> Children => _children;

    public bool IsEmpty => !Member && _children.Values.All(c => c.IsEmpty);

    public FieldSet? Child(string element) => _children.GetValueOrDefault(element);

    public FieldSet ChildOrNew(string element)
    {
        if (!_children.TryGetValue(element, out var child))
            _children[element] = child = new FieldSet();
        return child;
    }

    public void Put(string element, FieldSet child)
    {
        if (!child.IsEmpty)
            _children[element] = child;
    }

    public FieldSet Union(FieldSet other)
    {
        var result = new FieldSet { Member = Member || other.Member };
        foreach (var (element, child) in _children)
            result._children[element] = other.Child(element) is { } same ? child.Union(same) : child;
        foreach (var (element, child) in other._children)
            result._children.TryAdd(element, child);
        return result;
    }

    /// <summary>Paths of this set that are not in the other; a member of the other does not remove what lies below it.</summary>
    public FieldSet Difference(FieldSet other)
    {
        var result = new FieldSet { Member = Member && !other.Member };
        foreach (var (element, child) in _children)
            result.Put(element, other.Child(element) is { } same ? child.Difference(same) : child);
        return result;
    }

    public FieldSet Intersection(FieldSet other)
    {
        var result = new FieldSet { Member = Member && other.Member };
        foreach (var (element, child) in _children)
        {
            if (other.Child(element) is { } same)
                result.Put(element, child.Intersection(same));
        }
        return result;
    }

    /// <summary>This set without paths that are at or below a member of the other.</summary>
    public FieldSet Without(FieldSet roots)
    {
        if (roots.Member)
            return new FieldSet();
        var result = new FieldSet { Member = Member };
        foreach (var (element, child) in _children)
            result.Put(element, roots.Child(element) is { } same ? child.Without(same) : child);
        return result;
    }

    public bool SameAs(FieldSet other) => Difference(other).IsEmpty && other.Difference(this).IsEmpty;

    /// <summary>All members as messages show them, in order.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (Member)
            yield return prefix;
        foreach (var (element, child) in _children)
        {
            foreach (var path in child.Paths(prefix + PathElement.Display(element)))
                yield return path;
        }
    }

    public static FieldSet Of(params ReadOnlySpan<string> dottedPaths)
    {
        var set = new FieldSet();
        foreach (var path in dottedPaths)
        {
            var node = set;
            foreach (var name in path.Split('.'))
                node = node.ChildOrNew(PathElement.Field(name));
            node.Member = true;
        }
        return set;
    }

    public static FieldSet FromJson(JsonObject fields)
    {
        var set = new FieldSet();
        foreach (var (element, value) in fields)
        {
            if (element == ".")
            {
                set.Member = true;
                continue;
            }
            var child = FromJson(value as JsonObject ?? []);
            if (child._children.Count == 0)
                child.Member = true;
            set._children[element] = child;
        }
        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (element, child) in _children)
        {
            if (child.IsEmpty)
                continue;
            var body = child.ToJson();
            if (child.Member && body.Count > 0)
                body.Insert(0, ".", new JsonObject());
            json[element] = body;
        }
        return json;
    }
}
