"""What keeps others' pages and careless proxies from doing harm: headers, addresses, sizes, origins."""
